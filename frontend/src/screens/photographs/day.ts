// The photographs of a day, page by page and only as far as they are looked at. What is no longer shown is soon let go.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type Call, call, type Failure, useCall } from "../../api/client";
import type { PhotosView, PhotoView } from "../../generated/client";
import type { Asked } from "./filter";
import { type Layout, type Section, sectionAt, sectionOf } from "./rows";

/** Photographs in a page. */
const PAGE = 100;
/** How long a day that is not shown is kept. */
const KEPT_MS = 30_000;

export interface Day {
  photos: PhotoView[];
  error: Failure | null;
  retry: () => void;
  more: boolean;
}

/** The photographs of `section`, at least `upTo` of them as they come. Nothing is asked while there is no section. */
export function useDay(request: Asked, section: Section | undefined, upTo: number): Day {
  const photos: Call = "photos";
  const of = { ...request, from: section?.from ?? null, to: section?.to ?? null };
  const query = useInfiniteQuery<PhotosView, Failure, { pages: PhotosView[] }, unknown[], string | null>({
    queryKey: [photos, "day", of],
    queryFn: ({ pageParam }) => call("photos", { ...of, after: pageParam, limit: PAGE }),
    initialPageParam: null,
    getNextPageParam: (page) => page.next,
    enabled: section !== undefined,
    gcTime: KEPT_MS,
  });
  const list = section && query.data ? query.data.pages.flatMap((page) => page.photos) : [];
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  const wanting = list.length < upTo && hasNextPage && !isFetching && !isError;
  useEffect(() => {
    if (wanting) void fetchNextPage({ cancelRefetch: false });
  }, [wanting, fetchNextPage]);
  return { photos: list, error: query.error, retry: () => void query.refetch(), more: hasNextPage };
}

/** Photograph `index` of all, when it is known. */
export function usePhotoAt(request: Asked, grid: Layout, index: number | null): PhotoView | undefined {
  const section = index === null ? undefined : sectionOf(grid, index);
  const within = section && index !== null ? index - section.start : 0;
  return useDay(request, section, within + 1).photos[within];
}

/** Where photograph `id` stands among all that pass the filter: none while that is not known, or where it does not pass. */
export function usePlaceOf(request: Asked, grid: Layout, id: string | null): number | null {
  const photo = useCall("photo", { id: id ?? "" }, { enabled: id !== null });
  const section = id && photo.data ? sectionAt(grid, photo.data.at.stated) : undefined;
  const [upTo, setUpTo] = useState(0);
  const day = useDay(request, section, upTo);
  const found = id === null ? -1 : day.photos.findIndex((p) => p.id === id);
  const known = day.photos.length;
  useEffect(() => {
    if (section && found < 0 && day.more) setUpTo(known + 1);
  }, [section, found, known, day.more]);
  return section && found >= 0 ? section.start + found : null;
}

/** True once the caller was shown for a moment: what only flies past is never asked for. */
export function useRested(ms: number): boolean {
  const [rested, setRested] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setRested(true), ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return rested;
}

/** `value` as it was when it last stayed for a moment. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
