"""Markdown as Slack's mrkdwn: never a mention, and short enough. Nothing is sent.

Slack reads a tag, a mention or a link in nothing but `<…>`, so that words whose `&`, `<` and `>`
are escaped stay words. It has no sign that takes its stars and strokes for themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from markdown_it.tree import SyntaxTreeNode

from carrel.platforms.markdown import CUT, JOINER, LINKS, blocks, sound

_SIGNS = {"strong": "*", "em": "_", "s": "~"}
_ENTITY = re.compile(r"&(amp|lt|gt);")
_PLAIN = {"amp": "&", "lt": "<", "gt": ">"}


def cut(text: str, longest: int) -> str:
    """`text`, cut to so many characters."""
    return text if len(text) <= longest else f"{text[: longest - 1]}{CUT}"


def words(text: str) -> str:
    """`text` as it is, with nothing in it that Slack would take for a tag."""
    return sound(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def line(text: str) -> str:
    """`text` on one line, as `words`."""
    return words(" ".join(text.split()))


def unescaped(text: str) -> str:
    """What Slack's three entities stand for."""
    return _ENTITY.sub(lambda found: _PLAIN[found[1]], text)


def code(text: str) -> str:
    """`text` as a block of code."""
    inner = words(text).replace("```", f"``{JOINER}`")
    return f"```\n{inner}\n```"


def fitted(text: str, longest: int) -> str:
    """Words as they are, escaped and cut so that Slack counts no more than `longest`."""
    kept: list[str] = []
    room = longest - len(CUT)
    whole = words(text)
    if len(whole) <= longest:
        return whole
    for letter in sound(text):
        told = words(letter)
        room -= len(told)
        if room < 0:
            break
        kept.append(told)
    return f"{''.join(kept)}{CUT}"


def rendered(markdown: str, longest: int) -> str:
    """Markdown as mrkdwn of at most so many characters, and never blank.

    What grows too long by being drawn is shown as it was written.
    """
    markdown = sound(markdown)
    drawn = _blocks(blocks(markdown))
    if drawn.strip() and len(drawn) <= longest:
        return drawn
    return fitted(markdown, longest) if markdown.strip() else CUT


def parts(text: str, longest: int) -> Iterable[str]:
    """Mrkdwn in pieces of at most so many characters, cut at lines, else outside of entities."""
    while len(text) > longest:
        at = text.rfind("\n", 1, longest + 1)
        if at < 1:
            amp = text.rfind("&", max(longest - 5, 1), longest)
            at = amp if amp > 0 and ";" not in text[amp:longest] else longest
        yield text[:at]
        text = text[at:].removeprefix("\n")
    if text:
        yield text


def _blocks(nodes: Iterable[SyntaxTreeNode], depth: int = 0) -> str:
    drawn = (_block(node, depth) for node in nodes)
    return ("\n" if depth else "\n\n").join(one for one in drawn if one)


def _block(node: SyntaxTreeNode, depth: int) -> str:
    match node.type:
        case "paragraph":
            return _inline(node.children)
        case "heading":
            return f"*{_inline(node.children, frozenset({'*'}))}*"
        case "bullet_list" | "ordered_list":
            return "\n".join(_items(node, depth))
        case "blockquote":
            inner = _blocks(node.children, depth)
            return "\n".join(f"> {one}".rstrip() for one in inner.split("\n"))
        case "fence" | "code_block":
            return code(node.content.rstrip("\n"))
        case "hr":
            return "———"
        case _:
            return words(node.content)


def _items(node: SyntaxTreeNode, depth: int) -> Iterable[str]:
    first = int(node.attrs.get("start", 1))
    for number, item in enumerate(node.children, first):
        mark = f"{number}." if node.type == "ordered_list" else "•"
        yield f"{'    ' * depth}{mark} {_blocks(item.children, depth + 1)}"


def _inline(nodes: Iterable[SyntaxTreeNode], inside: frozenset[str] = frozenset()) -> str:
    return "".join(_span(node, inside) for node in nodes)


def _span(node: SyntaxTreeNode, inside: frozenset[str]) -> str:
    """Code holds nothing else; no sign stands in its like, where it would end it."""
    match node.type:
        case "inline":
            return _inline(node.children, inside)
        case "softbreak" | "hardbreak":
            return "\n"
        case "strong" | "em" | "s":
            sign = _SIGNS[node.type]
            inner = _inline(node.children, inside | {sign})
            return inner if sign in inside or not inner.strip() else f"{sign}{inner}{sign}"
        case "code_inline" if "`" not in node.content:
            return f"`{words(node.content)}`"
        case "link":
            return _link(str(node.attrs.get("href", "")), node, inside)
        case "image":
            return _link(str(node.attrs.get("src", "")), node, inside)
        case _:
            return words(node.content)


def _link(target: str, node: SyntaxTreeNode, inside: frozenset[str]) -> str:
    inner = _inline(node.children, inside | {"a"}) or words(target)
    if "a" in inside or not target.startswith(LINKS):
        return inner
    shown = " ".join(inner.replace("|", "¦").split())
    return f"<{words(target).replace('|', '%7C')}|{shown}>"
