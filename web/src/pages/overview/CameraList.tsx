import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { snapshotUrl, type CameraItem } from '../../api/client';
import { useCameras } from '../../api/queries';
import { CameraMark, cameraName, Failure, Nothing } from '../../components/parts';
import { Picture } from '../../components/Picture';
import { useLanguage } from '../../i18n';

const SHOWN = 40;
const BAD_FIRST = ['blind', 'degraded', 'paused', null, 'watching'];

function inOrder(cameras: readonly CameraItem[]): CameraItem[] {
  const rank = (camera: CameraItem) => BAD_FIRST.indexOf(camera.state ?? null);
  return [...cameras].sort((a, b) => rank(a) - rank(b) || a.camera_id.localeCompare(b.camera_id));
}

/** The cameras, those in trouble first. */
export function CameraList() {
  const { t } = useTranslation();
  const language = useLanguage();
  const cameras = useCameras();
  return (
    <section className="panel" style={{ flex: '2 1 0' }} aria-labelledby="eyes">
      <header>
        <h2 className="part" id="eyes">
          {t('overview.cameras')}
        </h2>
      </header>
      <div className="scroll" tabIndex={0} role="group" aria-labelledby="eyes">
        {cameras.isError && !cameras.data ? <Failure error={cameras.error} /> : null}
        {cameras.data?.length === 0 ? <Nothing title={t('cameras.empty')} hint={t('cameras.emptyHint')} /> : null}
        <ul className="eyes">
          {inOrder(cameras.data ?? [])
            .slice(0, SHOWN)
            .map((camera) => (
              <li key={camera.camera_id}>
                <Link to={`/cameras/${encodeURIComponent(camera.camera_id)}`}>
                  <Picture src={snapshotUrl(camera.camera_id, camera.last_look_at)} alt="" missing="–" />
                  <span className="clip">{cameraName(camera, camera.camera_id, language)}</span>
                  <CameraMark camera={camera} />
                </Link>
              </li>
            ))}
        </ul>
      </div>
    </section>
  );
}
