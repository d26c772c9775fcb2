// A dialog: a title, what it is about, and at its foot what can be done. Escape and the outside close it.
import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { join } from "./controls";
import styles from "./ui.module.css";

export function Dialog(props: {
  title: string;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
  /** Buttons, the one that acts last. */
  foot?: ReactNode;
  wide?: boolean;
  /** True where closing by accident would lose what was typed. */
  firm?: boolean;
}) {
  return (
    <ModalOverlay
      isOpen={props.open}
      onOpenChange={(open) => !open && props.onClose()}
      isDismissable={!props.firm}
      className={styles.overlay ?? ""}
    >
      <Modal className={join(styles.dialog, props.wide && styles.wide)}>
        <AriaDialog className={styles.dialogFrame ?? ""}>
          <Heading slot="title" className={styles.dialogTitle ?? ""}>
            {props.title}
          </Heading>
          <div className={styles.dialogBody}>{props.children}</div>
          {props.foot && <div className={styles.dialogFoot}>{props.foot}</div>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
