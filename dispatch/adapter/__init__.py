"""Messages in the words of a city's dispatch system, by a field mapping that is written in YAML."""

from dispatch.adapter.mapping import FieldMapping, FieldRule, TimeForm, write

__all__ = ["FieldMapping", "FieldRule", "TimeForm", "write"]
