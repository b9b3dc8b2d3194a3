"""What Redis does at one stroke with an idempotency key; `idempotency_in_redis` says what the states mean.

Each is carried out as a whole or not at all, and bears to be asked twice by the same holder. KEYS[1] is a hash: `call` and
`holder`; `alive`, until when the holder counts as being at it, in milliseconds of the clock of Redis; or `over`, with `error`
and the `text` of the answer. ARGV[1] is the holder.
"""

BEGUN, UNDER_WAY, SILENT, OVER = range(4)

_NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""

BEGIN = f"""{_NOW}
local call, holder, alive, over, error, text =
  unpack(redis.call('HMGET', KEYS[1], 'call', 'holder', 'alive', 'over', 'error', 'text'))
if not call then
  redis.call('HSET', KEYS[1], 'call', ARGV[2], 'holder', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return {{{BEGUN}, now}}
end
if over then return {{{OVER}, call, error, text}} end
if holder == ARGV[1] then return {{{BEGUN}, now}} end
if alive and tonumber(alive) < now then return {{{SILENT}, call, false, false}} end
return {{{UNDER_WAY}, call, false, false}}
"""
"""Of call and milliseconds: BEGUN and the time now, if the key is this holder's for so long; else the state of the first call
with it, its digest, and of one that is over the error and the text."""

HOLD = f"""{_NOW}
if now > tonumber(ARGV[5]) then return 0 end
local holder = redis.call('HGET', KEYS[1], 'holder')
if holder and holder ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'call', ARGV[2], 'holder', ARGV[1], 'alive', string.format('%.0f', now + ARGV[3]))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
"""
"""Of call, the milliseconds for which the holder counts as being at it and for which it is remembered, and the time after which
nobody waits for the answer any more: whether the key is this holder's, who takes it where it is nobody's."""

RELEASE = """
if redis.call('HGET', KEYS[1], 'holder') == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
"""
"""The key is nobody's, if it was this holder's."""

END = f"""{_NOW}
local day, most, largest = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local text, size = ARGV[7], ARGV[8]
local holder = redis.call('HGET', KEYS[1], 'holder')
if holder and holder ~= ARGV[1] then return 0 end
-- The first to write: a Redis that is full lets a script go on that has begun to.
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'call', ARGV[2], 'holder', ARGV[1], 'over', 1, 'error', ARGV[6])
if text then redis.call('HSET', KEYS[1], 'text', text) end
redis.call('PEXPIRE', KEYS[1], day)

local function without_answer(name)
  local was = redis.call('HGET', KEYS[4], name)
  if was then
    redis.call('HINCRBY', KEYS[4], '', 0 - was)
    redis.call('HDEL', KEYS[4], name)
    redis.call('ZREM', KEYS[3], name)
  end
end
local past = string.format('%.0f', now - day)
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', past)) do without_answer(name) end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', past)
without_answer(KEYS[1])
now = string.format('%.0f', now)
redis.call('ZADD', KEYS[2], now, KEYS[1])
if text then
  redis.call('ZADD', KEYS[3], now, KEYS[1])
  redis.call('HSET', KEYS[4], KEYS[1], size)
  redis.call('HINCRBY', KEYS[4], '', size)
end
while tonumber(redis.call('HGET', KEYS[4], '') or 0) > largest do
  local oldest = redis.call('ZRANGE', KEYS[3], 0, 0)[1]
  if not oldest then break end
  without_answer(oldest)
  redis.call('HDEL', oldest, 'text')
end
while redis.call('ZCARD', KEYS[2]) > most do
  local oldest = redis.call('ZPOPMIN', KEYS[2])[1]
  without_answer(oldest)
  redis.call('DEL', oldest)
end
for place = 2, 4 do redis.call('PEXPIRE', KEYS[place], day) end
return 1
"""
"""Of call, milliseconds for which it is remembered, most keys and characters of answers, error, and text and its characters or
neither: whether it is noted, which it is unless the key is another holder's. KEYS[2] to [4] are of all that the caller's calls
ended with: the names by their ends, the names that have answers, and how long those are."""
