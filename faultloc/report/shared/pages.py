"""The frame that all pages have: their head, their colours, their tables. Each page is one file that loads nothing."""

from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template

# What a page `extends`, and what that includes.
_SHARED = ("page.html", "page.css")


def page_template(package: str, name: str) -> Template:
    """The template ``name`` that lies in ``package``; what is put into it is escaped, what is missing is an error."""

    def load(wanted: str) -> str:
        folder = "faultloc.report.shared" if wanted in _SHARED else package
        return resources.files(folder).joinpath(wanted).read_text(encoding="utf-8")

    return Environment(autoescape=True, undefined=StrictUndefined, loader=FunctionLoader(load)).get_template(name)
