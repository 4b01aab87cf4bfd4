"""The figures of a report: numbers apart from drawing, Axes in and Axes out.

Each module holds one family: a function that turns a `Result` into frozen numbers, and a function
that draws such numbers on given Axes. Nothing here touches pyplot, files or global settings; wrap
drawing and saving in `style.figure_style()`.
"""
