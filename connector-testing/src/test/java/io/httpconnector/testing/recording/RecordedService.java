package io.httpconnector.testing.recording;

import io.httpconnector.HttpConnection;
import io.httpconnector.HttpConnectionBuilder;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.VirtualTime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** A service whose exchanges are recorded in a temporary directory. */
abstract class RecordedService {

    final MockService service = MockService.start();
    final String url = service.baseUrl();

    @TempDir
    Path directory;

    @AfterEach
    void close() {
        service.close();
    }

    Path file() {
        return directory.resolve("recordings").resolve("test.har");
    }

    RecordingBuilder record() {
        return Recording.of(file()).mode(RecordingMode.RECORD).timeSource(new VirtualTime());
    }

    RecordingBuilder replay() {
        return Recording.of(file()).mode(RecordingMode.REPLAY);
    }

    HttpConnectionBuilder shop() {
        return HttpConnection.named("Shop").baseUrl(url);
    }

    /** Records, stops the service, and replays; returns the results of both. */
    <T> List<T> recordAndReplay(Function<HttpConnection, T> test) {
        List<T> results = new ArrayList<>();
        try (Recording recording = record().start();
                HttpConnection connection = recording.attachTo(shop()).build()) {
            results.add(test.apply(connection));
        }
        service.close();
        try (Recording recording = replay().start();
                HttpConnection connection = recording.attachTo(shop()).build()) {
            results.add(test.apply(connection));
        }
        return results;
    }
}
