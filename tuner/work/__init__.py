"""Work that is shared: groups of runs wait in an Optuna storage for whoever trains them.

One process, the `tuner run`, writes the run folder, draws trials and decides (`crew`). It puts groups into
a queue (`queue`), from which workers take them (`serving`): processes of this machine (`hands`) or of
others, all in the same way. What they trained comes back as the files of a ledger (`parcel`) through
Optuna's artifact store; `place` is where both are.
"""
