package io.httpconnector;

import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.io.OwnerOnlyFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes a response to a file: to a partial file first, so that the target file is either complete or absent. Existing partial
 * content, even from an earlier run of the application, is not requested again if the service can confirm that it is unchanged
 * (RFC 9110, section 14).
 */
final class ResumableDownload implements AutoCloseable {

    private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18}|\\*)");

    private final Request request;
    private final Path file;
    private final Path part;
    private final Path mark;
    private final FileChannel channel;
    private final String identity;

    private ResumableDownload(Request request, Path file, Path part, Path mark, FileChannel channel) {
        this.request = request;
        this.file = file;
        this.part = part;
        this.mark = mark;
        this.channel = channel;
        this.identity = identity(request);
    }

    static ResumableDownload start(Request request, Path file) {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            // A link could have been planted by another user of the directory, so that another file would be
            // overwritten.
            FileChannel channel = FileChannel.open(
                    part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            if (!locks(channel)) {
                channel.close();
                throw new ConnectorException("Another download is writing " + part);
            }
            return new ResumableDownload(
                    request, file, part, file.resolveSibling(file.getFileName() + ".part.mark"), channel);
        } catch (IOException e) {
            String problem = Files.isSymbolicLink(part) ? " is a symbolic link: remove it" : " can't be written: " + e;
            throw new ConnectorException("The file " + part + problem, e);
        }
    }

    private static boolean locks(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** Returns the request for the missing part. */
    Request next() throws IOException {
        Request plain = request.header("Accept-Encoding", "identity");
        String validator = validator();
        return channel.size() == 0 || validator == null
                ? plain
                : plain.header("Range", "bytes=" + channel.size() + "-").header("If-Range", validator);
    }

    /** Returns the number of bytes in the partial file. */
    long size() throws IOException {
        return channel.size();
    }

    /** Discards the partial file, because the service can't continue it. */
    void discard() throws IOException {
        channel.truncate(0);
        Files.deleteIfExists(mark);
    }

    StreamingReceiver<Long> receiver(long max) {
        return new StreamingReceiver<>(this::write, null, head -> head.status() == 200 || head.status() == 206, max);
    }

    /** Appends the received bytes. */
    private long write(Response response, InputStream body) throws IOException {
        long expected = -1;
        if (response.status() == 206) {
            Matcher range =
                    RANGE.matcher(response.headers().first("Content-Range").orElse(""));
            if (!range.matches() || Long.parseLong(range.group(1)) != channel.size()) {
                discard();
                throw new IOException("the service sent another range than requested");
            }
            expected = range.group(2).equals("*") ? -1 : Long.parseLong(range.group(2));
        } else {
            discard();
            remember(response.headers());
        }
        channel.position(channel.size());
        OutputStream out = Channels.newOutputStream(channel);
        long moved = body.transferTo(out);
        if (expected >= 0 && channel.size() != expected) {
            throw new IOException("there are " + channel.size() + " bytes instead of the announced " + expected);
        }
        return moved;
    }

    void finish() throws IOException {
        channel.force(true);
        try {
            OwnerOnlyFiles.replace(part, file);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.deleteIfExists(mark);
    }

    /** Stores the validator of the content, if it is a strong one: only that guarantees identical bytes. */
    private void remember(Headers headers) throws IOException {
        String tag =
                headers.first("ETag").filter(value -> !value.startsWith("W/")).orElse(null);
        String validator = tag != null ? tag : headers.first("Last-Modified").orElse(null);
        if (validator != null && headers.first("Content-Encoding").isEmpty()) {
            Files.deleteIfExists(mark);
            Files.writeString(mark, identity + "\n" + validator, StandardOpenOption.CREATE_NEW);
        }
    }

    private @Nullable String validator() throws IOException {
        if (!Files.exists(mark)) {
            return null;
        }
        List<String> lines = Files.readAllLines(mark);
        return lines.size() == 2 && lines.get(0).equals(identity) ? lines.get(1) : null;
    }

    /** Returns a text that identifies the request without revealing its content. */
    private static String identity(Request request) {
        return Hashing.sha256Hex(request.method() + " " + request.uri());
    }

    /** Closes the partial file, and keeps it for the next download unless it is empty. */
    @Override
    public void close() throws IOException {
        boolean empty = channel.isOpen() && channel.size() == 0;
        channel.close();
        if (empty) {
            Files.deleteIfExists(part);
        }
    }
}
