import MagpieCore
