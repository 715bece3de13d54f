package io.httpconnector.operation;

import io.httpconnector.TimeSource;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.operation.JobService.Asked;
import io.httpconnector.operation.JobService.Reply;
import io.httpconnector.template.RequestTemplate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A service with jobs that records each start. A job takes some seconds. */
final class JobLedger implements AutoCloseable {

    /** A job. */
    record Job(String id, String key, Instant started) {}

    private final JobService service = new JobService();
    private final TimeSource time;
    private final List<Job> jobs = new ArrayList<>();
    private final Deque<String> faults = new ArrayDeque<>();
    private final List<String> aborted = new ArrayList<>();
    volatile Duration duration = Duration.ofSeconds(4);
    volatile Runnable beforeStart = () -> {};
    volatile Runnable beforeStatus = () -> {};
    /** The starts that were executed. */
    final List<Asked> executed = new CopyOnWriteArrayList<>();

    volatile Runnable beforeReply = () -> {};

    JobLedger(TimeSource time) {
        this.time = time;
        service.behaviour = this::reply;
    }

    static OperationBuilder plain() {
        return Operation.named("jobs")
                .start(RequestTemplate.named("start")
                        .post("/jobs")
                        .json(Map.of("key", "{{operation.key}}", "year", "{{year | default(0)}}"))
                        .build())
                .id("/id")
                .status(RequestTemplate.named("status")
                        .get("/jobs/{{operation.id}}")
                        .build())
                .state("/state")
                .running("running")
                .done("done")
                .aborted("aborted");
    }

    static OperationBuilder withIdempotencyKey() {
        return plain().idempotencyKey();
    }

    static OperationBuilder withFind() {
        return plain().find(
                        JsonSupport.parse("{\"request\": {\"name\": \"list\", \"method\": \"GET\", \"url\": \"/jobs\"},"
                                + " \"matching\": {\"/key\": \"{{operation.key}}\"}, \"id\": \"/id\"}"));
    }

    JobService service() {
        return service;
    }

    synchronized List<Job> started() {
        return List.copyOf(jobs);
    }

    /** The response to the next start is lost, after it was executed or not. */
    synchronized void loseNext(boolean isExecuted) {
        faults.add(isExecuted ? "lost" : "unsent");
    }

    synchronized void rejectNext(int status) {
        faults.add(String.valueOf(status));
    }

    private Reply reply(Asked asked) {
        try {
            if (asked.path().equals("/jobs") && asked.method().equals("POST")) {
                beforeStart.run();
                Reply reply = start(asked);
                beforeReply.run();
                return reply;
            }
        } catch (AssertionError e) {
            return Reply.lost();
        }
        beforeStatus.run();
        return status(asked);
    }

    private synchronized Reply start(Asked asked) {
        String fault = faults.isEmpty() ? "" : faults.pop();
        if (fault.equals("unsent")) {
            return Reply.lost();
        }
        if (fault.matches("\\d+")) {
            return Reply.status(Integer.parseInt(fault));
        }
        String key = asked.json().path("key").asText();
        boolean isRepeated = asked.header("Idempotency-Key").isPresent();
        Job job = jobs.stream()
                .filter(one -> isRepeated && one.key.equals(key))
                .findFirst()
                .orElse(null);
        if (job == null) {
            job = new Job(String.valueOf(jobs.size() + 1), key, time.now());
            jobs.add(job);
            executed.add(asked);
        }
        return fault.equals("lost")
                ? Reply.lost()
                : Reply.json("{\"id\": " + job.id + "}").with(202);
    }

    private synchronized Reply status(Asked asked) {
        if (asked.path().equals("/jobs")) {
            return Reply.json(JsonSupport.tree(jobs.stream()
                            .map(job -> Map.of("id", job.id, "key", job.key))
                            .toList())
                    .toString());
        }
        String id = asked.path().substring("/jobs/".length());
        Job job = jobs.stream().filter(one -> one.id.equals(id)).findFirst().orElse(null);
        if (job == null) {
            return Reply.status(404);
        }
        if (asked.method().equals("DELETE")) {
            aborted.add(id);
            return Reply.status(202);
        }
        boolean isDone = !job.started.plus(duration).isAfter(time.now());
        String state = aborted.contains(id) ? "aborted" : isDone ? "done" : "running";
        return Reply.json("{\"id\": " + id + ", \"state\": \"" + state + "\"}");
    }

    @Override
    public void close() {
        service.close();
    }
}
