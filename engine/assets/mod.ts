/** What a run fetches or builds once, and where it is kept. */
export {
  cacheFolder,
  clearCache,
  isCached,
  listCache,
  publish,
  publishFolder,
  removeStale,
} from "./cache_folder.ts";
export { fetchHub, type Snapshot } from "./hub.ts";
export { fetchPinned, type PinnedFile, type PinnedParts, sha256OfFile } from "./pinned.ts";
export { abandonFetches, type FetchProgress } from "./wheel.ts";
