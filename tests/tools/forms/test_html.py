"""HTML as text: what a reader sees, in few lines, whatever is broken."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from make_tools.forms.html import text_of
from make_tools.forms.plain import plain

MAIL = """<!DOCTYPE html><html><head><title>Make</title><style>p { color: red }</style></head><body>
<h1>Scenario&nbsp;stopped</h1>
<p>Hello,<br>your scenario <b>&quot;Order intake&quot;</b> was
   switched off. See <a href="https://eu1.make.com/11/scenarios/77/logs">its log</a>.</p>
<div>What happened:</div>
<ul><li>3 runs failed</li><li><p>the last one with</p><ul><li>[401] Unauthorized</li></ul></li></ul>
<table><tr><th>day</th><th>runs</th></tr><tr><td>Monday</td><td>12</td></tr><tr><td></td><td>7</td></tr></table>
<script>alert("<p>not seen</p>")</script><!-- <p>not seen</p> -->
<p>&zwnj;&nbsp;</p><p>Yours, Make<br><img src="x.png" alt="Make"></p></body></html>"""


def test_a_message_of_make_is_read_as_a_person_reads_it():
    assert text_of(MAIL).splitlines() == [
        "Scenario stopped",
        "",
        "Hello,",
        'your scenario "Order intake" was switched off. See its log (https://eu1.make.com/11/scenarios/77/logs).',
        "",
        "What happened:",
        "",
        "- 3 runs failed",
        "- the last one with",
        "  - [401] Unauthorized",
        "",
        "day | runs",
        "Monday | 12",
        "| 7",
        "",
        "Yours, Make",
        "Make",
    ]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("plain text", "plain text"),
        ("a < b &lt; c && d &amp; e", "a < b < c && d & e"),
        ("caf&eacute; &#128512; &#x20ac; &unknown;", "café 😀 € &unknown;"),
        ("&#55296;&#0;&#99999999;&#x1FFFFFFF;&#" + "9" * 5000 + ";.", "�" * 5 + "."),
        ("a<br>b<br/>c<BR >d", "a\nb\nc\nd"),
        ("<p>a</p>\n\n<p></p><p>b", "a\n\nb"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("<li>a<li>b", "- a\n- b"),
        ("<ol><li></li><li>x</ol>", "- x"),
        ("<a href='https://x.com/y'>x.com/y</a>", "x.com/y"),
        ("<a href='https://x.com/'>https://x.com</a>", "https://x.com"),
        ("<a href='mailto:a@x.com'>a@x.com</a>", "a@x.com"),
        ("<a href='https://x.com/1'><img alt=''></a>", "https://x.com/1"),
        ("<a href='https://x.com/1'>one <b>two</b>", "one two"),
        ("<a href='https://x.com/1'>one <a href='https://x.com/2'>two</a>", "one (https://x.com/1) two (https://x.com/2)"),
        ("<a href='javascript:alert(1)'>a</a> <a href='#top'>b</a> <a>c</a>", "a b c"),
        ("<a href=' https://x.com/\n1\t2 '>a</a>", "a (https://x.com/12)"),
        ("<p>a<script>b", "a"),
        ("<SCRIPT>x</ScRiPt >y", "y"),
        ("<stylex>a</stylex>", "a"),
        ("a<!-->b<!-- c -- > d --> e<!-- f", "ab e"),
        ("<![CDATA[x]]>a<?php b ?>c<!x", "ac"),
        ("a <! b", "a <! b"),
        ("</p></a></ul></td>a", "a"),
        ("a <b", "a <b"),
        ("<b <i>a", "<b a"),
        ("or\u200bd&shy;er&#x202e;s", "orders"),
        ("a&nbsp;&emsp; b\t\r\nc", "a b c"),
    ],
)  # fmt: skip
def test_each_thing_has_its_text(html: str, text: str):
    assert text_of(html) == text


PIECES = [
    "<p>", "</p>", "<a href='https://x.com'>", "</a>", "<li>", "<ul>", "</ul>", "<td>", "<tr>", "<pre>", "<br>", "<script>",
    "</script>", "<!--", "-->", "<!", "<![", "<?", "<", ">", "&", "&#", "&#9", ";", "'", '"', "=", "/", "a", " ", "\n", "\0",
    "\u200b", "<plaintext>", "<textarea>", "</", "<a ", "<svg/>",
]  # fmt: skip
pages = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=25).map("".join)


@given(pages)
@example("<![x]>")
@example("<a" + " x='" * 10)
def test_whatever_it_is_the_text_is_plain_and_folded(html: str):
    text = text_of(html)
    assert plain(text) == text
    assert "\n\n\n" not in text
    assert text.strip("\n") == text


@pytest.mark.parametrize("piece", [piece for piece in PIECES if piece], ids=repr)
def test_a_page_of_one_thing_over_and_over_is_read_at_once(piece: str):
    # A moment; where each piece made it read the rest again, hours.
    text = text_of((piece + "x") * 100_000)
    assert len(text) <= 2_100_000


def test_a_tag_that_is_too_long_is_passed_over():
    assert text_of("a<b " + "=' " * 100_000 + ">c") == "ac"
