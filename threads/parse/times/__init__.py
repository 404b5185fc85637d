"""Displayed timestamps, one kind of their parts in each module.

`stamp` is what is read, `window` the text it is read from; `spans`, `dates`, `clock` read parts,
`machine` reads attributes; `hint` tells in advance what cannot hold one. `day_order` and `years` settle
what single timestamps leave open. Everything is reached through `threads.parse.timestamps` and
`threads.parse.settling`.
"""
