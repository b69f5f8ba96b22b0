from kernel.compat.names.lookups import *
