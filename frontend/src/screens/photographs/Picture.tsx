// A picture at once as its thumbnail, and over it the original where that is on this computer and can be drawn.
import { useState } from "react";
import { picture } from "#transport";
import type { PhotoView } from "../../generated/client";
import { Thumb } from "../../ui/states";
import styles from "./detail.module.css";

export function Picture({ photo, original = photo.here, onSize, onFault }: {
  photo: PhotoView;
  original?: boolean;
  /** Told once the original is drawn. */
  onSize?: (width: number, height: number) => void;
  onFault?: () => void;
}) {
  const [drawn, setDrawn] = useState<"waiting" | "drawn" | "failed">("waiting");
  const alt = photo.caption ?? "";
  return (
    <div className={styles.picture}>
      <Thumb photo={photo.id} alt={alt} version={photo.thumbnail} />
      {original && drawn !== "failed" && (
        <img
          src={picture("original", photo.id)}
          alt=""
          className={drawn === "drawn" ? styles.original : styles.hidden}
          decoding="async"
          draggable={false}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => {
            setDrawn("drawn");
            onSize?.(naturalWidth, naturalHeight);
          }}
          onError={() => {
            setDrawn("failed");
            onFault?.();
          }}
        />
      )}
    </div>
  );
}
