// The original over the whole window. It comes from this computer, else from the server; until then the preview stands there
// and says where the original is.
import { Maximize, Minus, Plus, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { picture } from "#transport";
import { useCall } from "../../api/client";
import type { PhotoView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { IconButton, join, Button } from "../../ui/controls";
import { FaultNote, Note, Thumb } from "../../ui/states";
import styles from "./detail.module.css";
import { usePanZoom, useSize } from "./panzoom";
import { onScreen } from "./plane";
import { useWhereabouts } from "./words";

export function Viewer({ photo, onClose }: { photo: PhotoView; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <ModalOverlay isOpen onOpenChange={(open) => !open && onClose()} className={styles.viewerOverlay ?? ""}>
      <Modal className={styles.viewer ?? ""}>
        <Dialog>
          <Heading slot="title" className="spoken">
            {photo.caption ?? t("photographs:uncaptioned")}
          </Heading>
          <Canvas photo={photo} onClose={onClose} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Canvas({ photo, onClose }: { photo: PhotoView; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const whereabouts = useWhereabouts(photo);
  const [natural, setNatural] = useState<{ width: number; height: number } | null>(null);
  const [failed, setFailed] = useState(false);
  // Asking for its first byte brings it here, checked and sealed, or says what stands in the way.
  const [here] = useState(photo.here);
  const brought = useCall("original", { photo: photo.id, from: 0, length: 1 }, { enabled: !here || failed });
  const area = useRef<HTMLDivElement>(null);
  const size = useSize(area);
  const whole = natural && size.width > 0 ? Math.max(natural.width / size.width, natural.height / size.height, 1 / 4) : 1;
  const pan = usePanZoom(area, size, { x: 0, y: 0, scale: whole });
  const { view } = pan;
  const { onKeyDown: keys, ...pointer } = pan.handlers;
  useEffect(() => area.current?.focus(), []);
  const at = onScreen({ x: 0, y: 0 }, view, size);
  return (
    <div className={styles.viewerInside} onKeyDown={keys} role="presentation">
      <div className={styles.viewerBar}>
        <strong>{photo.caption ?? t("photographs:uncaptioned")}</strong>
        <span>
          {natural && `${format.number(natural.width)} × ${format.number(natural.height)}, `}
          {format.bytes(photo.bytes)}
        </span>
        <span className={styles.viewerTools}>
          {natural && <span className="tabular">{t("photographs:viewer.percent", { percent: format.number(100 / view.scale) })}</span>}
          <IconButton label={t("photographs:viewer.out")} onPress={pan.zoomOut} isDisabled={!natural}>
            <Minus size={16} strokeWidth={1.75} aria-hidden />
          </IconButton>
          <IconButton label={t("photographs:viewer.in")} onPress={pan.zoomIn} isDisabled={!natural}>
            <Plus size={16} strokeWidth={1.75} aria-hidden />
          </IconButton>
          <IconButton label={t("photographs:viewer.fit")} onPress={pan.fit} isDisabled={!natural}>
            <Maximize size={16} strokeWidth={1.75} aria-hidden />
          </IconButton>
          <IconButton label={t("action.close")} onPress={onClose}>
            <X size={16} strokeWidth={1.75} aria-hidden />
          </IconButton>
        </span>
      </div>
      <div
        ref={area}
        className={styles.canvas}
        {...pointer}
        onDoubleClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          if (pan.isFit) pan.scaleTo(1, { x: event.clientX - box.left, y: event.clientY - box.top });
          else pan.fit();
        }}
        role="group"
        aria-label={t("photographs:viewer.keys")}
        tabIndex={0}
      >
        {!natural && (
          <div className={styles.preview}>
            <Thumb photo={photo.id} alt={photo.caption ?? t("photographs:uncaptioned")} version={photo.thumbnail} />
          </div>
        )}
        {(here || brought.data) && !failed && (
          <img
            src={picture("original", photo.id)}
            alt={photo.caption ?? t("photographs:uncaptioned")}
            draggable={false}
            className={join(styles.whole, !natural && styles.hidden)}
            style={natural ? { left: at.x, top: at.y, width: natural.width / view.scale } : undefined}
            onLoad={({ currentTarget }) => setNatural({ width: currentTarget.naturalWidth, height: currentTarget.naturalHeight })}
            onError={() => setFailed(true)}
          />
        )}
        <div className={styles.canvasNote}>
          {brought.isLoading && <Note cause={t("photographs:viewer.bringing", { size: format.bytes(photo.bytes) })} />}
          {brought.error && (
            <>
              {whereabouts && <Note tone="attention" cause={whereabouts} action={<Button onPress={() => void brought.refetch()}>{t("action.tryAgain")}</Button>} />}
              {(photo.here || brought.error.fault.fault !== "offline") && <FaultNote fault={brought.error} onRetry={() => void brought.refetch()} />}
            </>
          )}
          {failed && brought.data && <Note tone="attention" cause={t("photographs:viewer.undrawn")} wayOn={t("photographs:viewer.undrawnWayOn")} />}
        </div>
      </div>
    </div>
  );
}
