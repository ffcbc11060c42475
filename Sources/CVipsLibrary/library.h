// Names the system library for the linker; its headers are read by CVips alone.
