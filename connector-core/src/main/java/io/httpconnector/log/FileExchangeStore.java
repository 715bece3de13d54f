package io.httpconnector.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.io.OwnerOnlyFiles;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store in a directory of files with one JSON document per line. A file is named by the time of its creation, and a process
 * appends to its own files only. Old entries are removed by whole files. Thread-safe.
 */
final class FileExchangeStore implements ExchangeStore {

    private static final Logger LOG = LoggerFactory.getLogger(ExchangeLog.class);
    private static final String SUFFIX = ".jsonl";
    private static final Set<StandardOpenOption> CREATING =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    private static final int BUFFER = 64 << 10;

    private final Path directory;
    private final Retention retention;
    private @Nullable OutputStream current;
    private Instant currentSince = Instant.MIN;
    private long currentBytes;

    FileExchangeStore(Path directory, Retention retention) {
        this.retention = retention;
        try {
            Files.createDirectories(directory, OwnerOnlyFiles.directoryAttributes(directory));
            this.directory = directory.toRealPath();
        } catch (IOException e) {
            throw unavailable(directory, e);
        }
    }

    private static StateException unavailable(Path directory, IOException e) {
        return new StateException(
                StateFailure.UNAVAILABLE,
                "The directory " + directory + " cannot be used for an exchange log: " + OwnerOnlyFiles.problem(e),
                e);
    }

    @Override
    public synchronized void append(List<LoggedExchange> entries) {
        try {
            for (LoggedExchange entry : entries) {
                byte[] line = JsonSupport.write(entry.toJson());
                OutputStream file = fileFor(line.length + 1);
                file.write(line);
                file.write('\n');
                currentBytes += line.length + 1;
            }
            if (current != null) {
                current.flush();
            }
        } catch (IOException e) {
            close();
            throw unavailable(directory, e);
        }
    }

    /** Starts a new file often enough that whole files can be removed. */
    private OutputStream fileFor(int length) throws IOException {
        Instant now = TimeSource.SYSTEM.now();
        boolean isFull = currentBytes + length > retention.maxBytes() / 8
                || currentSince.plus(retention.maxAge().dividedBy(8)).isBefore(now);
        OutputStream file = current;
        if (file != null && !isFull) {
            return file;
        }
        close();
        Path created = directory.resolve(now.toEpochMilli() + "-" + UUID.randomUUID() + SUFFIX);
        // A system call for each entry would cost more than its conversion to JSON.
        file = new BufferedOutputStream(
                Channels.newOutputStream(FileChannel.open(created, CREATING, OwnerOnlyFiles.fileAttributes(created))),
                BUFFER);
        current = file;
        currentSince = now;
        currentBytes = 0;
        removeOld(now.minus(retention.maxAge()));
        return file;
    }

    private void removeOld(Instant oldest) throws IOException {
        long bytes = 0;
        for (Path file : files()) {
            try {
                bytes += Files.size(file);
                // The current file fills up to an eighth.
                boolean isOld = Files.getLastModifiedTime(file).toInstant().isBefore(oldest);
                if (isOld || bytes > retention.maxBytes() / 8 * 7) {
                    Files.deleteIfExists(file);
                }
            } catch (NoSuchFileException e) {
                LOG.debug("Another process has removed {}", file);
            }
        }
    }

    /** The files, the latest one first. */
    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(file -> file.toString().endsWith(SUFFIX))
                    .sorted(Comparator.comparing(
                                    (Path file) -> file.getFileName().toString())
                            .reversed())
                    .toList();
        }
    }

    @Override
    public List<LoggedExchange> search(ExchangeQuery query) {
        Instant oldest = TimeSource.SYSTEM.now().minus(retention.maxAge());
        List<LoggedExchange> found = new ArrayList<>();
        try {
            for (Path file : files()) {
                if (found.size() >= query.limit()) {
                    break;
                }
                read(file, query, oldest, found);
            }
        } catch (IOException e) {
            throw unavailable(directory, e);
        }
        return found.stream()
                .sorted(Comparator.comparing(LoggedExchange::time).reversed())
                .limit(query.limit())
                .toList();
    }

    private static void read(Path file, ExchangeQuery query, Instant oldest, List<LoggedExchange> found)
            throws IOException {
        PriorityQueue<LoggedExchange> latest = new PriorityQueue<>(Comparator.comparing(LoggedExchange::time));
        // Replaces what is not UTF-8, which the failure of a disk may leave.
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(Files.newInputStream(file), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                LoggedExchange entry = entry(line);
                if (entry != null && query.matches(entry) && !entry.time().isBefore(oldest)) {
                    latest.add(entry);
                }
                if (latest.size() > query.limit()) {
                    latest.remove();
                }
            }
            found.addAll(latest);
        } catch (NoSuchFileException e) {
            LOG.debug("Another process has removed {}", file);
        }
    }

    /** Returns null for a line that a killed process did not finish. */
    private static @Nullable LoggedExchange entry(String line) {
        try {
            return LoggedExchange.fromJson(JsonSupport.parse(line));
        } catch (InvalidDefinitionException e) {
            LOG.debug("An unfinished line is ignored");
            return null;
        }
    }

    @Override
    public synchronized void close() {
        OutputStream file = current;
        current = null;
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                LOG.warn("A file of the exchange log could not be closed", e);
            }
        }
    }
}
