"""The questions of `docs/peers.md`, one a function, asked of each peer in the same words.

Each public function of `jobs`, `calls` and `mocks` is a probe: it gets a peer from `stages`, and returns
whether that peer does it. The first line of its docstring is its row in the table, the rest is the footnote.
"""
