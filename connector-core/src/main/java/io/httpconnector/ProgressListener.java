package io.httpconnector;

/**
 * Is told how far a body has come, by the thread that moves it: keep it short.
 *
 * <pre>{@code
 * Request.put("/files/1").body(Body.file(path, "video/mp4")).onUpload((moved, total) -> bar.show(moved, total))
 * }</pre>
 */
@FunctionalInterface
public interface ProgressListener {

    /**
     * Some more bytes have moved: at least 64 KiB since the last call, or all there are. Another attempt starts again at zero.
     *
     * @param moved how many bytes there were so far
     * @param total how many there will be, -1 when that is not known
     */
    void onProgress(long moved, long total);
}
