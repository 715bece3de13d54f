package io.httpconnector.internal.io;

import io.httpconnector.ConnectorException;
import io.httpconnector.Headers;
import io.httpconnector.internal.Hashing;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes a response to a file: to a partial file first, so that the target file is either complete or absent. Existing partial
 * content, even from an earlier run of the application, is not requested again if the service can confirm that it is unchanged
 * (RFC 9110, section 14).
 */
public final class PartialFile implements AutoCloseable {

    private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18}|\\*)");

    private final Path file;
    private final Path part;
    private final Path mark;
    private final FileChannel channel;
    private final String identity;

    private PartialFile(String identity, Path file, Path part, Path mark, FileChannel channel) {
        this.file = file;
        this.part = part;
        this.mark = mark;
        this.channel = channel;
        this.identity = Hashing.sha256Hex(identity);
    }

    /**
     * Opens the partial file.
     *
     * @param identity a text that identifies the request; only its hash is stored
     */
    public static PartialFile open(String identity, Path file) {
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
            return new PartialFile(
                    identity, file, part, file.resolveSibling(file.getFileName() + ".part.mark"), channel);
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

    /** Returns the header fields of a request for the missing part. */
    public Map<String, String> requestFields() throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("Accept-Encoding", "identity");
        String validator = validator();
        if (channel.size() > 0 && validator != null) {
            fields.put("Range", "bytes=" + channel.size() + "-");
            fields.put("If-Range", validator);
        }
        return fields;
    }

    /** Returns the number of bytes in the partial file. */
    public long size() throws IOException {
        return channel.size();
    }

    /** Discards the partial file, because the service can't continue it. */
    public void discard() throws IOException {
        channel.truncate(0);
        Files.deleteIfExists(mark);
    }

    /** Appends the received bytes. */
    public long append(int status, Headers headers, InputStream body) throws IOException {
        long expected = -1;
        if (status == 206) {
            Matcher range = RANGE.matcher(headers.first("Content-Range").orElse(""));
            if (!range.matches() || Long.parseLong(range.group(1)) != channel.size()) {
                discard();
                throw new IOException("the service sent another range than requested");
            }
            expected = range.group(2).equals("*") ? -1 : Long.parseLong(range.group(2));
        } else {
            discard();
            remember(headers);
        }
        channel.position(channel.size());
        OutputStream out = Channels.newOutputStream(channel);
        long moved = body.transferTo(out);
        if (expected >= 0 && channel.size() != expected) {
            throw new IOException("there are " + channel.size() + " bytes instead of the announced " + expected);
        }
        return moved;
    }

    /** Replaces the target file by the complete partial file. */
    public void finish() throws IOException {
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
