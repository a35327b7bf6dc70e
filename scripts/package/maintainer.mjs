// Who a package names as its maintainer. The project has no address of its own, so the top-level domain is the one that
// is kept from ever existing.

export const MAINTAINER = "tablesnoop developers <packages@tablesnoop.invalid>";
