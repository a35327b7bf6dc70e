#!/usr/bin/env node

import "./tablesnoop.js";
