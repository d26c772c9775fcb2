// The frame of a screen: header, filters, content, and beside it the detail, which lies over the content in narrow windows.
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { IconButton, join } from "./controls";
import styles from "./page.module.css";

export function Page(props: {
  title: string;
  /** Beside the title: the day, a count. */
  sub?: ReactNode;
  /** At the right of the header: what can be done. */
  actions?: ReactNode;
  /** A second row: filters at the left, a legend or a summary at the right. */
  filters?: ReactNode;
  summary?: ReactNode;
  /** The pane beside the content. */
  detail?: ReactNode;
  /** A row under the content: a legend, keys. */
  foot?: ReactNode;
  /** True where the content brings its own padding and scrolling. */
  bare?: boolean;
  children: ReactNode;
}) {
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <h1>{props.title}</h1>
        {props.sub && <div className={styles.sub}>{props.sub}</div>}
        <div className={styles.actions}>{props.actions}</div>
      </header>
      {(props.filters || props.summary) && (
        <div className={styles.filters}>
          {props.filters}
          <div className={styles.summary}>{props.summary}</div>
        </div>
      )}
      <div className={styles.body}>
        <main className={styles.main} id="content" tabIndex={-1} data-pane="content">
          <div className={join(styles.scroll, !props.bare && styles.padded)}>{props.children}</div>
          {props.foot && <footer className={styles.foot}>{props.foot}</footer>}
        </main>
        {props.detail}
      </div>
    </div>
  );
}

/** The pane beside the content. Escape closes it. */
export function Detail(props: { label: string; onClose?: () => void; title?: ReactNode; sub?: ReactNode; foot?: ReactNode; wide?: boolean; children: ReactNode }) {
  const { t } = useTranslation();
  const { onClose } = props;
  return (
    <aside
      className={join(styles.detail, props.wide && styles.wide)}
      aria-label={props.label}
      data-pane="detail"
      tabIndex={-1}
      onKeyDown={(e) => {
        if (e.key === "Escape" && onClose && !e.defaultPrevented) {
          e.stopPropagation();
          onClose();
        }
      }}
    >
      <div className={styles.detailScroll}>
        {props.title !== undefined && (
          <div className={styles.detailHead}>
            <div>
              <h2 className={styles.detailTitle}>{props.title}</h2>
              {props.sub && <p className={styles.sub}>{props.sub}</p>}
            </div>
            {onClose && (
              <IconButton label={t("action.close")} onPress={onClose}>
                <X size={16} strokeWidth={1.75} aria-hidden />
              </IconButton>
            )}
          </div>
        )}
        {props.children}
      </div>
      {props.foot && <div className={styles.detailFoot}>{props.foot}</div>}
    </aside>
  );
}

/** A part of a detail, parted from the one before by a line. */
export function Section({ title, aside, children }: { title?: ReactNode; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className={styles.section}>
      {title && (
        <div className={styles.sectionHead}>
          <h2>{title}</h2>
          <span className={styles.aside}>{aside}</span>
        </div>
      )}
      {children}
    </section>
  );
}

/** Facts: a name and what is known, one a line. */
export function Facts({ facts }: { facts: ([name: string, value: ReactNode] | null | false)[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(
        (fact) =>
          fact && (
            <div key={fact[0]}>
              <dt>{fact[0]}</dt>
              <dd className="selectable">{fact[1]}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
