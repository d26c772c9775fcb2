// A large look at the current photograph without opening it. Arrows go on to the next; Space, Escape or a click put it away.
import { type KeyboardEvent, useEffect, useRef } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useTranslation } from "react-i18next";
import type { Names } from "../../api/names";
import type { PhotoView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { CustodyStatus } from "../../ui/status";
import { Picture } from "./Picture";
import styles from "./photographs.module.css";
import type { Move } from "./rows";
import { minute } from "./words";

const KEYS: Record<string, Move> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "left", ArrowDown: "right", j: "right", k: "left" };

export function Peek(props: {
  photo: PhotoView | undefined;
  zone: string;
  names: Names;
  onMove: (move: Move) => void;
  onEnter: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const { photo, names } = props;
  const focus = useRef<HTMLDivElement>(null);
  useEffect(() => focus.current?.focus(), []);
  const heard = (event: KeyboardEvent) => {
    const move = KEYS[event.key];
    const act = move ? () => props.onMove(move) : { " ": props.onClose, Enter: props.onEnter }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  return (
    <ModalOverlay isOpen onOpenChange={(open) => !open && props.onClose()} isDismissable className={styles.peekOverlay ?? ""}>
      <Modal className={styles.peek ?? ""}>
        <Dialog>
          <div ref={focus} tabIndex={-1} onKeyDown={heard} onClick={props.onClose} className={styles.peekInside} role="presentation">
            <div className={styles.peekPicture}>{photo && <Picture key={photo.id} photo={photo} />}</div>
            <div className={styles.peekFoot}>
              <Heading slot="title" level={2}>
                {photo ? (photo.caption ?? t("photographs:uncaptioned")) : t("photographs:coming")}
              </Heading>
              {photo && (
                <>
                  <span className={styles.words}>
                    {names.short(photo.by)} {format.day(photo.at.stated, props.zone)}, {minute(photo.at, props.zone, format)}
                  </span>
                  <CustodyStatus state={photo.state} of={names.short(photo.by)} />
                </>
              )}
            </div>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
