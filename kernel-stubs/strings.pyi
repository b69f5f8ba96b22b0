from kernel.compat.names.strings import *
