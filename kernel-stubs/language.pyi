from kernel.compat.names.language import *
