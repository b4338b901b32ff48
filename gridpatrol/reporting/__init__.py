"""Daily and weekly reports: fetched from a node, written as a page and as a spreadsheet."""
