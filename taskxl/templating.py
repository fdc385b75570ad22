"""What a bureau's own template may do: name a value, repeat, choose; nothing else, and no more.

Whatever the template, a value is text: it is never compiled, called or looked into.
"""

from collections.abc import Collection, Iterator
from traceback import walk_tb

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

CANNOT_FILL = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What a wrong template may raise when it is filled."""
CANNOT_READ = (TemplateSyntaxError, RecursionError)
"""What a wrong template may raise when it is read."""
_FILTERS = ("count", "default", "first", "int", "join", "last", "length", "replace", "trim")
# What would let a slip of the pen run for ever or fill the memory.
_USELESS = (
    nodes.Assign,
    nodes.AssignBlock,
    nodes.Call,
    nodes.CallBlock,
    nodes.Extends,
    nodes.FilterBlock,
    nodes.FromImport,
    nodes.Import,
    nodes.Include,
    nodes.Macro,
    nodes.Mod,
    nodes.Mul,
    nodes.Pow,
)


def make_environment(*, escaping: bool) -> ImmutableSandboxedEnvironment:
    """Return an environment without loader, globals, and filters by which a text grows.

    `escaping` is for templates that are markup; what a plain text becomes is never HTML.
    """
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=escaping,
        trim_blocks=not escaping,
        lstrip_blocks=not escaping,
        keep_trailing_newline=True,
    )
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in _FILTERS}
    return environment


def find_useless(parsed: nodes.Template, depth: int = 1) -> Iterator[nodes.Node]:
    """Yield what no letter and no document has a use for, and loops deeper than `depth`."""
    yield from parsed.find_all(_USELESS)
    loops: list[nodes.Node] = [*parsed.find_all(nodes.For)]
    for _ in range(depth):
        loops = [inner for loop in loops for inner in loop.find_all(nodes.For)]
    yield from loops


def find_unknown(parsed: nodes.Template, names: Collection[str]) -> Iterator[nodes.Name]:
    """Yield every place at which a template names what is none of `names` and not its own."""
    unknown = meta.find_undeclared_variables(parsed) - set(names)
    yield from (one for one in parsed.find_all(nodes.Name) if one.name in unknown)


def find_line(error: BaseException) -> int:
    """Return the line of the template at which filling it went wrong, 0 where none is known."""
    lines = [
        line
        for frame, line in walk_tb(error.__traceback__)
        if frame.f_code.co_filename == "<template>"
    ]
    return lines[-1] if lines else 0
