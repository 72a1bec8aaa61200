/** clew stays a package of node_modules: one copy for all routes, and none in the bundle. */
const config = { serverExternalPackages: ['clew'] };

export default config;
