#include "CNetworks.h"
