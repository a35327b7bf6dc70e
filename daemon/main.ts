#!/usr/bin/env node

import "./tablesnoopd.js";
