export { t as reindexDatabase } from "./reindex-CVy9E476.js";
