// Photographs whose bytes the server does not have yet: how many, how large, and what stood in the way the last time.
import { Link } from "react-router";
import { useTranslation } from "react-i18next";
import { useCall } from "../../api/client";
import { wordsOf } from "../../faults";
import type { UploadView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Thumb } from "../../ui/states";
import { CustodyStatus } from "../../ui/status";
import styles from "./outbox.module.css";

/** More than these are counted, not drawn. */
const SHOWN = 50;

export function Uploads({ uploads }: { uploads: UploadView[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (uploads.length === 0) return null;
  const bytes = uploads.reduce((sum, upload) => sum + upload.bytes, 0);
  return (
    <section className={styles.part}>
      <h2>
        {t("outbox:uploads")} <span className={styles.count}>{t("outbox:photos", { count: uploads.length, size: format.bytes(bytes) })}</span>
      </h2>
      <p className={styles.sub}>{t("outbox:uploadsWay")}</p>
      <ul className={styles.items}>
        {uploads.slice(0, SHOWN).map((upload) => (
          <Upload key={upload.photo} upload={upload} />
        ))}
      </ul>
      {uploads.length > SHOWN && <p className={styles.sub}>{t("outbox:moreUploads", { count: uploads.length - SHOWN })}</p>}
    </section>
  );
}

function Upload({ upload }: { upload: UploadView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const photo = useCall("photo", { id: upload.photo });
  const caption = photo.data?.caption || t("kinds:photo");
  const why = upload.fault && wordsOf(upload.fault, t, format);
  return (
    <li className={styles.item}>
      <div className={styles.thumb}>
        <Thumb photo={upload.photo} alt={caption} version={photo.data?.thumbnail ?? false} />
      </div>
      <div className={styles.what}>
        <p>
          <strong>{caption}</strong> <span className={styles.sub}>{format.bytes(upload.bytes)}</span>
        </p>
        <CustodyStatus state="local" here />
        {why && (
          <p className={styles.sub}>
            {why.cause} {why.wayOn}
          </p>
        )}
        {upload.attempts > 0 && <p className={styles.meta}>{t("outbox:attempts", { count: upload.attempts })}</p>}
      </div>
      <div className={styles.deeds}>
        <Link to={`/records/photo/${upload.photo}`}>{t("outbox:openRecord")}</Link>
      </div>
    </li>
  );
}
