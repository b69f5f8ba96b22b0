from kernel.compat.names.vocab import *
