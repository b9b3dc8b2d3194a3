// The 181 tools of Make's own SDK over stdio, as Make's repository serves them: indented JSON as text.
// BENCHMARK_ZONE is the host and port of the upstream, plain HTTP.
import { Make } from '@makehq/sdk';
import { MakeTools } from '@makehq/sdk/tools';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const make = new Make(process.env.MAKE_API_KEY, process.env.BENCHMARK_ZONE);
make.protocol = 'http';

const byName = new Map(MakeTools.map(tool => [tool.name, tool]));
const listed = MakeTools.map(({ name, title, description, inputSchema, annotations }) => (
    { name, title, description, inputSchema, annotations }
));

const server = new Server({ name: 'make-sdk', version: '1.6.10' }, { capabilities: { tools: {} } });

server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: listed }));

server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    const tool = byName.get(params.name);
    if (tool === undefined) throw new Error(`No tool is named ${params.name}`);
    const answer = await tool.execute(make, params.arguments ?? {});
    return { content: [{ type: 'text', text: JSON.stringify(answer, null, 2) }] };
});

// The transport does not end with its input; a host that is gone must not leave this process behind.
process.stdin.on('end', () => process.exit(0));
await server.connect(new StdioServerTransport());
