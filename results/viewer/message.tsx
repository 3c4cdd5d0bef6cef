/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** What stands in a page's stead where there is none: a sentence, and the way back. */
import { pagePath, type Place, places, rootOf } from "./links.ts";
import { Page } from "./page.tsx";

export function Message(
  { place, title, text }: { readonly place: Place; readonly title: string; readonly text: string },
) {
  return (
    <Page title={title} place={place} here="none">
      <div class="empty">
        <h1>{title}</h1>
        <p class="lead">{text}</p>
        <p>
          <a href={rootOf(place) + pagePath(places.home)}>To the board</a>
        </p>
      </div>
    </Page>
  );
}
