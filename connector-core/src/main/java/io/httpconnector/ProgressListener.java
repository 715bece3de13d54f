package io.httpconnector;

/**
 * Receives the progress of an upload or download. Called on the transferring thread, so implementations must return quickly.
 *
 * <pre>{@code
 * Request.put("/files/1").body(Body.file(path, "video/mp4")).onUpload((moved, total) -> bar.show(moved, total))
 * }</pre>
 */
@FunctionalInterface
public interface ProgressListener {

    /**
     * Called when at least 64 KiB were transferred since the last call, and at the end. A further attempt starts again at zero.
     *
     * @param moved the number of bytes transferred so far
     * @param total the total number of bytes; -1 if unknown
     */
    void onProgress(long moved, long total);
}
