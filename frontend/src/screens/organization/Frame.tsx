// The frame of the organisation's parts: one header, one row of parts, one detail.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { NavLink, useSearchParams } from "react-router";
import { join } from "../../ui/controls";
import { Page } from "../../ui/Page";
import styles from "./organization.module.css";

export const PARTS = ["members", "devices", "projects", "invites", "log", "emergency"] as const;
export type Part = (typeof PARTS)[number];

export function Frame(props: { part: Part; sub?: ReactNode; actions?: ReactNode; summary?: ReactNode; detail?: ReactNode; foot?: ReactNode; bare?: boolean; children: ReactNode }) {
  const { t } = useTranslation();
  const { part, children, ...rest } = props;
  return (
    <Page
      title={t("nav.organization")}
      {...rest}
      filters={
        <nav aria-label={t("organization:parts.label")} className={styles.parts}>
          {PARTS.map((name) => (
            <NavLink key={name} to={`/organization/${name}`} aria-current={name === part ? "page" : undefined} className={join(styles.part, name === part && styles.chosen)}>
              {t(`organization:parts.${name}`)}
            </NavLink>
          ))}
        </nav>
      }
    >
      {children}
    </Page>
  );
}

/** What is open in the detail: part of the address, so that another screen can point at it. */
export function useOpen(): [string | null, (id: string | null) => void] {
  const [search, setSearch] = useSearchParams();
  return [search.get("id"), (id) => setSearch(id === null ? {} : { id }, { replace: true })];
}
