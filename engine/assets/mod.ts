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
export { abandonFetches, fetchPinned, type FetchProgress, type PinnedFile, sha256OfFile } from "./pinned.ts";
