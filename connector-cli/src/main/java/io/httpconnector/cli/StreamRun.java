package io.httpconnector.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.TimeSource;
import io.httpconnector.stream.StreamListener;
import io.httpconnector.stream.StreamStatus.StreamPhase;
import io.httpconnector.stream.StreamTrigger;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Receives the stream of a trigger until it is idle, or until the user stops it, and reports its failures. */
final class StreamRun implements StreamListener {

    private static final Duration STEP = Duration.ofMillis(50);

    private final Terminal terminal;
    private final boolean isJson;
    private final boolean follows;
    private final CountDownLatch ended = new CountDownLatch(1);

    private volatile boolean isOpen;
    private volatile long lastNanos;
    private final AtomicLong events = new AtomicLong();
    private volatile @Nullable Exception failure;

    /**
     * Creates a run.
     *
     * @param follows whether it lasts until the user stops it
     */
    StreamRun(Terminal terminal, boolean isJson, boolean follows) {
        this.terminal = terminal;
        this.isJson = isJson;
        this.follows = follows;
    }

    /** Returns a handler that also counts the events. */
    EventHandler counting(EventHandler handler) {
        return event -> {
            handler.handle(event);
            count(event);
        };
    }

    private void count(TriggerEvent event) {
        long count = events.incrementAndGet();
        lastNanos = TimeSource.SYSTEM.nanos();
        if (follows && !isJson) {
            terminal.progress(count + " events, the last one is " + event.id());
        }
    }

    @Override
    public void onOpen(String trigger, String lastEventId) {
        lastNanos = TimeSource.SYSTEM.nanos();
        isOpen = true;
    }

    @Override
    public void onEnd(String trigger, Duration delay) {
        if (!follows) {
            ended.countDown();
        } else if (delay.isZero()) {
            terminal.note("The service has no more events. Press Ctrl-C to stop.");
        }
    }

    @Override
    public void onFailure(String trigger, Exception reason, int consecutiveFailures) {
        if (!follows) {
            failure = reason;
            ended.countDown();
        } else if (!terminal.isOutputClosed()) {
            terminal.note(terminal.styled("fg(red)", "failed: ") + reason.getMessage());
        }
    }

    /** Receives events until the stream ends, has failed or is idle. */
    int once(StreamTrigger stream, Duration idle) throws InterruptedException {
        stream.start();
        while (!isIdle(idle) && !terminal.isStopped()) {
            if (TimeSource.SYSTEM.await(ended, STEP)) {
                break;
            }
            if (stream.status().phase() == StreamPhase.STANDBY) {
                throw new CommandException(
                        ExitCode.FAILED,
                        "Another process receives the stream: stop it, or use another directory for --state");
            }
        }
        stream.close();
        Exception reason = failure;
        if (reason instanceof ConnectorException known) {
            throw known;
        }
        if (reason != null) {
            throw new ConnectorException("The stream has failed: " + reason, reason);
        }
        if (isJson) {
            ObjectNode summary = JsonNodeFactory.instance.objectNode();
            summary.putObject("summary").put("events", events.get());
            terminal.print(summary);
        }
        terminal.note(events + (events.get() == 1 ? " event" : " events"));
        return terminal.isOutputClosed() ? ExitCode.FAILED : ExitCode.OK;
    }

    private boolean isIdle(Duration idle) {
        return isOpen && TimeSource.SYSTEM.nanos() - lastNanos >= idle.toNanos();
    }

    /** Receives events until the user stops the command. */
    int follow(StreamTrigger stream) throws InterruptedException {
        terminal.note("Receiving. Press Ctrl-C to stop.");
        stream.start();
        terminal.awaitStop();
        return ExitCode.OK;
    }
}
