"""Displayed timestamps, one kind of their parts in each module.

`stamp` is what is read, `window` the text it is read from, `words` the words that no library has. `spans`,
`dates` and `clock` read parts, `reader` puts them together, `machine` reads attributes, and `hint` tells in
advance what cannot hold a timestamp. `day_order` and `years` settle what single timestamps leave open.
Everything is reached through `threads.parse.timestamps` and `threads.parse.settling`.
"""
