package io.httpconnector.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.definition.Connector;
import io.httpconnector.polling.PollProgress;
import io.httpconnector.polling.PollResult;
import io.httpconnector.polling.PollingListener;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateStore;
import io.httpconnector.stream.StreamTrigger;
import io.httpconnector.trigger.TriggerEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Polls with a trigger of a connector document, or receives its stream, and prints the events. */
@Command(
        name = "poll",
        header = "Poll with a trigger or receive its stream, and print the events.",
        description = {
            "Prints each event as JSON in one line. The position is kept in a directory: the next run continues there.",
            "The first poll treats existing records as the document says; by default it prints no events for them.",
            "Of a trigger with a stream, it prints the events until none has arrived for some seconds, or with --follow until Ctrl-C.",
            "Of a trigger with a webhook (hybrid), this command only polls: \"listen\" also receives the webhook."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  connector poll jira.connector.yaml updated-issues --last 3",
            "  connector poll jira.connector.yaml updated-issues --from 2026-01-31",
            "  connector poll jira.connector.yaml updated-issues --follow | jq .payload",
            "  connector poll chat.connector.yaml chat-events --follow"
        })
final class PollCommand extends InstanceCommand {

    private static final Duration IDLE = Duration.ofSeconds(5);

    @Parameters(index = "1", paramLabel = "TRIGGER", description = "The name of the trigger in the document.")
    private String trigger = "";

    @ArgGroup
    private Mode mode = new Mode();

    @ArgGroup
    private Start start = new Start();

    @Option(names = "--state", paramLabel = "DIR", description = "The directory of the positions. Default: ID.state.")
    private @Nullable Path state;

    @Option(
            names = "--every",
            paramLabel = "DURATION",
            description = "The interval of --follow. Default: the schedule of the document, or else PT1M.")
    private @Nullable Duration every;

    @Option(
            names = "--idle",
            paramLabel = "DURATION",
            description = "Of a stream: end --once when no event has arrived for this time. Default: PT5S.")
    private @Nullable Duration idle;

    /** The duration of the command. */
    static final class Mode {

        @Option(
                names = "--once",
                description = "Poll once, or receive a stream until it is idle, and end. The default.")
        boolean once;

        @Option(
                names = "--follow",
                description = "Poll by the schedule of the trigger, or receive the stream, until Ctrl-C.")
        boolean follow;
    }

    /** The start position of the first poll, instead of the end of the previous run. */
    static final class Start {

        @Option(
                names = "--from",
                paramLabel = "TIME",
                description = "Forget the position, and print what has changed since a time, such as 2026-01-31 or"
                        + " 2026-01-31T12:00:00Z. Needs a cursor with a timestamp.")
        @Nullable String from;

        @Option(names = "--all", description = "Forget the position, and print all records.")
        boolean all;

        @Option(
                names = "--last",
                paramLabel = "COUNT",
                description = "Forget the position, and print the newest records.")
        int last;
    }

    PollCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws InterruptedException {
        Instance instance = instance();
        require("trigger", trigger, instance.definition().triggers());
        boolean isStream = instance.definition().streams().contains(trigger);
        checkOptions(isStream);
        Path directory = state == null ? Path.of(instance.definition().id() + ".state") : state;
        boolean isNew = !Files.exists(terminal().resolve(directory));
        StartPosition first = startPosition();
        try (StateStore store = StateStore.file(terminal().resolve(directory))) {
            if (isStream) {
                return receive(instance, store);
            }
            var context = instance.context()
                    .state(store)
                    .hybrids(HybridState.ONLY_POLLS)
                    .triggers(builder -> builder.listener(new PollReport()));
            Duration interval = interval(instance, trigger, every);
            if (interval != null) {
                context.triggers(builder -> builder.every(interval));
            }
            if (first != null) {
                context.triggers(builder -> builder.startPosition(first));
            }
            try (Connector connector = instance.connect(context)) {
                connector.on(trigger, this::print);
                PollingTrigger polling = connector.trigger(trigger).orElseThrow();
                if (first != null) {
                    polling.reset();
                }
                return mode.follow ? follow(connector) : once(polling, isNew);
            }
        }
    }

    /** Receives the stream of the trigger. */
    private int receive(Instance instance, StateStore store) throws InterruptedException {
        StreamRun run = new StreamRun(terminal(), isJson(), mode.follow);
        try (Connector connector =
                instance.connect(instance.context().state(store).streams(builder -> builder.listener(run)))) {
            connector.on(trigger, run.counting(this::print));
            StreamTrigger stream = connector.stream(trigger).orElseThrow();
            return mode.follow ? run.follow(stream) : run.once(stream, idle == null ? IDLE : idle);
        }
    }

    private void checkOptions(boolean isStream) {
        if (!isStream && idle != null) {
            throw new CommandException(
                    ExitCode.USAGE, "--idle is for a trigger with a stream, but \"" + trigger + "\" polls");
        }
        if (isStream && idle != null && (mode.follow || idle.isNegative() || idle.isZero())) {
            throw new CommandException(
                    ExitCode.USAGE,
                    mode.follow
                            ? "--idle ends --once, but --follow receives until Ctrl-C: use one of them"
                            : "--idle: use a positive duration, such as PT5S");
        }
        if (isStream && (every != null || start.all || start.from != null || start.last != 0)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "\"" + trigger
                            + "\" receives a stream: it has no --every, --from, --all and --last. To start without a"
                            + " position, use another directory for --state");
        }
    }

    /** Returns the interval that replaces the schedule of the document; null if it has one. */
    static @Nullable Duration interval(Instance instance, String trigger, @Nullable Duration every) {
        boolean hasSchedule =
                instance.definition().toJson().path("triggers").path(trigger).has("schedule");
        return every != null || hasSchedule ? every : Duration.ofMinutes(1);
    }

    private @Nullable StartPosition startPosition() {
        if (start.all) {
            return StartPosition.everything();
        }
        if (start.from != null) {
            return StartPosition.from(time(start.from));
        }
        return start.last == 0 ? null : StartPosition.last(start.last);
    }

    private static Instant time(String text) {
        try {
            return text.length() == 10
                    ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : Instant.parse(text);
        } catch (DateTimeException e) {
            throw new CommandException(
                    ExitCode.USAGE, "--from: \"" + text + "\" is not a time: use 2026-01-31 or 2026-01-31T12:00:00Z");
        }
    }

    private int once(PollingTrigger polling, boolean isFirst) {
        PollResult result = polling.pollOnce();
        if (isJson()) {
            ObjectNode summary = JsonNodeFactory.instance.objectNode();
            summary.putObject("summary")
                    .put("events", result.events())
                    .put("records", result.records())
                    .put("pages", result.pages())
                    .put("deadLetters", result.deadLetters());
            terminal().print(summary);
        }
        terminal()
                .note(count(result.events(), "event") + ", " + count(result.records(), "record") + " on "
                        + count(result.pages(), "page"));
        if (isFirst && result.events() == 0 && result.records() > 0) {
            terminal().note("To print existing records, use --last COUNT, --from TIME or --all.");
        }
        return result.deadLetters() == 0 ? ExitCode.OK : ExitCode.FAILED;
    }

    private static String count(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private int follow(Connector connector) throws InterruptedException {
        terminal().note("Polling. Press Ctrl-C to stop.");
        connector.start();
        terminal().awaitStop();
        return ExitCode.OK;
    }

    private synchronized void print(TriggerEvent event) throws InterruptedException {
        terminal().print(event.toJson());
        if (terminal().isOutputClosed()) {
            // The reader has closed the pipe: the event is not handled, and another attempt would fail, too.
            terminal().stop();
            throw new InterruptedException("The output is closed");
        }
    }

    /** Reports the pages of a poll, and failed polls, which are repeated while the command runs. */
    private final class PollReport implements PollingListener {

        @Override
        public void onPage(PollProgress progress) {
            if (!isJson()) {
                terminal()
                        .progress(progress.soFar().pages() + " pages, "
                                + progress.soFar().records() + " records");
            }
        }

        @Override
        public void onFailure(String id, Exception failure, int consecutiveFailures) {
            if (mode.follow && !terminal().isOutputClosed()) {
                terminal().note(terminal().styled("fg(red)", "failed: ") + failure.getMessage());
            }
        }

        @Override
        public void onChangedDefinition(String id, String kept, String reset) {
            terminal().note("The trigger has changed: kept " + kept + ", reset " + reset);
        }
    }
}
