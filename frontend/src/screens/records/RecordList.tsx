// Records in a list: of one kind page by page, or what a search found. A row has its marks, title, what it is about, and where.
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useDeferredValue, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type Call, call, type Failure, useCall } from "../../api/client";
import { useNames } from "../../api/names";
import type { ListView, RecordView } from "../../generated/client";
import { Button } from "../../ui/controls";
import { Rows } from "../../ui/Rows";
import { Empty, Read } from "../../ui/states";
import { CustodyMark, NeedMark } from "../../ui/status";
import styles from "./records.module.css";
import { useWords } from "./words";

const PAGE = 200;
const FOUND = 200;

interface Opening {
  open: string | null;
  onOpen: (record: RecordView) => void;
}

export function RecordList(props: Opening & { kind: string; project: string | null; concerns: string | null; withdrawn: boolean; onClear: () => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const { kind, project, concerns, withdrawn } = props;
  const list: Call = "list";
  const request = { kind, project, concerns, withdrawn, limit: PAGE };
  const query = useInfiniteQuery<ListView, Failure, RecordView[], readonly unknown[], string | null>({
    queryKey: [list, request, "pages"],
    queryFn: ({ pageParam }) => call("list", { ...request, after: pageParam }),
    initialPageParam: null,
    getNextPageParam: (page) => page.next,
    select: (pages) => pages.pages.flatMap((page) => page.records),
  });
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const filtered = project !== null || concerns !== null;
  return (
    <Read query={query} what={words.kind(kind, true)}>
      {(records) =>
        records.length === 0 ? (
          <Empty
            title={filtered ? t("records:noMatch") : t("records:none", { kind: words.kind(kind, true).toLocaleLowerCase() })}
            action={filtered && <Button onPress={props.onClear}>{t("action.clear")}</Button>}
          >
            {filtered ? undefined : t("records:noneWay")}
          </Empty>
        ) : (
          <RecordRows label={words.kind(kind, true)} records={records} open={props.open} onOpen={props.onOpen} onEnd={hasNextPage ? more : undefined} />
        )
      }
    </Read>
  );
}

/** What a search over everything found, newest first. */
export function FoundList({ text, open, onOpen }: Opening & { text: string }) {
  const { t } = useTranslation();
  const later = useDeferredValue(text.trim());
  const found = useCall("search", { text: later, limit: FOUND }, { enabled: later !== "", placeholderData: keepPreviousData });
  return (
    <Read query={found} what={t("records:found")}>
      {(records) =>
        records.length === 0 ? (
          <Empty title={t("palette:nothing")}>{t("palette:nothingWay")}</Empty>
        ) : (
          <RecordRows label={t("records:found")} records={records} open={open} onOpen={onOpen} kinds />
        )
      }
    </Read>
  );
}

function RecordRows(props: Opening & { label: string; records: RecordView[]; onEnd?: (() => void) | undefined; kinds?: boolean }) {
  const { t } = useTranslation();
  const words = useWords();
  const names = useNames();
  const marks = useMemo(
    () => (record: RecordView) => [
      record.withdrawn && t("records:isWithdrawn"),
      record.pending && t("status.pending"),
      Object.keys(record.conflicts).length > 0 && t("status.conflict"),
      !record.known && t("records:newer"),
    ],
    [t],
  );
  return (
    <Rows
      label={props.label}
      items={props.records}
      keyOf={(record) => record.id}
      open={props.open}
      onOpen={props.onOpen}
      {...(props.onEnd && { onEnd: props.onEnd })}
    >
      {(record) => {
        const [withdrawn, pending, conflict, newer] = marks(record);
        return (
          <>
            {props.kinds && <span className={styles.kind}>{words.kind(record.kind)}</span>}
            <span className={withdrawn ? styles.titleGone : styles.title}>{words.title(record)}</span>
            <span className={styles.summary}>{words.about(record)}</span>
            <span className={styles.marks}>
              {conflict && (
                <span className={styles.mark} title={conflict}>
                  <NeedMark need="conflict" size={14} /> {conflict}
                </span>
              )}
              {pending && (
                <span className={styles.mark} title={pending}>
                  <CustodyMark state="local" /> {pending}
                </span>
              )}
              {withdrawn && <span className={styles.mark}>{withdrawn}</span>}
              {newer && <span className={styles.mark}>{newer}</span>}
            </span>
            {record.project && record.kind !== "project" && <span className={styles.code}>{names.code(record.project)}</span>}
          </>
        );
      }}
    </Rows>
  );
}
