"""A component that marks dates such as 2026-11-21 as entities."""
