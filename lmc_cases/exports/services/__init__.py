"""The services of long lists: ask for one, make it through its own page, fetch it, remove it."""
