package io.httpconnector.internal.io;

import io.httpconnector.ProgressListener;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Streams that report the transferred bytes to a {@link ProgressListener}. */
public final class ProgressStreams {

    private static final int STEP = 64 * 1024;

    private final ProgressListener progress;
    private final long total;
    private long moved;
    private long told = -1;

    private ProgressStreams(ProgressListener progress, long total) {
        this.progress = progress;
        this.total = total;
    }

    private void add(long count) {
        moved += count;
        if (moved - told >= STEP) {
            tell();
        }
    }

    private void tell() {
        if (moved != told) {
            told = moved;
            progress.onProgress(moved, total);
        }
    }

    public static InputStream in(InputStream stream, ProgressListener progress, long total) {
        ProgressStreams moving = new ProgressStreams(progress, total);
        return new FilterInputStream(stream) {
            @Override
            public int read() throws IOException {
                int one = in.read();
                count(one < 0 ? -1 : 1);
                return one;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                return count(in.read(buffer, offset, length));
            }

            private int count(int read) {
                if (read < 0) {
                    moving.tell();
                } else {
                    moving.add(read);
                }
                return read;
            }
        };
    }

    /** Wraps an output stream. Closing the wrapper does not close the output stream. */
    public static OutputStream out(OutputStream stream, ProgressListener progress, long total) {
        ProgressStreams moving = new ProgressStreams(progress, total);
        return new FilterOutputStream(stream) {
            @Override
            public void write(int one) throws IOException {
                out.write(one);
                moving.add(1);
            }

            @Override
            public void write(byte[] buffer, int offset, int length) throws IOException {
                out.write(buffer, offset, length);
                moving.add(length);
            }

            @Override
            public void close() {
                moving.tell();
            }
        };
    }
}
