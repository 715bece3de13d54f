package io.httpconnector.examples;

import com.sun.net.httpserver.HttpServer;
import io.httpconnector.HttpConnection;
import io.httpconnector.Secret;
import io.httpconnector.auth.CustomAuth;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.PollingEngine;
import io.httpconnector.polling.PollingListener;
import io.httpconnector.polling.PushStatus;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.webhook.StoredWebhookSecrets;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.hybrid.HybridTrigger;
import io.httpconnector.webhook.hybrid.HybridTriggerBuilder;
import io.httpconnector.webhook.hybrid.WebhookPayload;
import io.httpconnector.webhook.server.JdkHandler;
import io.httpconnector.webhook.subscription.SubscriptionAction;
import io.httpconnector.webhook.subscription.SubscriptionListener;
import io.httpconnector.webhook.subscription.SubscriptionStatus;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import io.httpconnector.webhook.subscription.WebhookSubscriptionBuilder;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

/**
 * An example of managed webhook subscriptions and hybrid triggers: two weeks of virtual time with stand-ins for Microsoft Graph and
 * GitHub, which lose 1 % of their webhooks, and send some of them late or twice. One subscription is dropped, secrets are rotated
 * while webhooks are under way. At the end, each change must have had exactly one event, the measured loss must be the actual one,
 * and no subscription may be left.
 */
public final class HybridWeeks {

    private static final Duration POLL_INTERVAL = Duration.ofHours(1);
    private static final Duration STEP_INTERVAL = Duration.ofMinutes(10);
    private static final int MEAN_PAUSE_SECONDS = 1200;
    /** More than the time after which a webhook counts as missed. */
    private static final Duration GRACE = Duration.ofMinutes(6);

    static {
        // Without it, the JDK's server waits 40 ms before each body.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final PrintStream out;
    private final long seed;
    private final Random random;
    private final StateStore store = StateStore.inMemory();
    private final TokenStore tokens = TokenStore.inMemory();

    HybridWeeks(PrintStream out, long seed) {
        this.out = out;
        this.seed = seed;
        this.random = new Random(seed);
    }

    /**
     * Runs the example. Exits with 0 only if each change was delivered exactly once, the loss was measured correctly, and no
     * subscription is left.
     *
     * @param args none, or the seed of the random changes and losses
     * @throws IOException if no port is available
     */
    public static void main(String[] args) throws IOException {
        long seed = args.length == 0 ? System.nanoTime() : Long.parseLong(args[0]);
        System.exit(new HybridWeeks(System.out, seed).run() ? 0 : 1);
    }

    boolean run() throws IOException {
        out.println("Two weeks of changes, seed " + seed);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        String url = "http://127.0.0.1:" + server.getAddress().getPort();
        WebhookRouter router = WebhookRouter.at(url + "/hooks");
        server.createContext("/hooks/", JdkHandler.of(router));
        server.start();
        try (WebhookTraffic traffic = new WebhookTraffic(random, url)) {
            return new Weeks(traffic, router).run();
        } finally {
            server.stop(0);
            threads.shutdownNow();
        }
    }

    /** Two weeks with their time line. */
    private final class Weeks {

        private final WebhookTraffic traffic;
        private final VirtualTime time;
        private final WebhookRouter router;
        private final ChangeLedger issues = new ChangeLedger();
        private final ChangeLedger messages = new ChangeLedger();

        Weeks(WebhookTraffic traffic, WebhookRouter router) {
            this.traffic = traffic;
            this.time = traffic.time();
            this.router = router;
        }

        boolean run() {
            try (GitHubStandIn gitHub = new GitHubStandIn(traffic, new Random(seed + 1), issues);
                    GraphStandIn graph = new GraphStandIn(traffic, new Random(seed + 2), messages);
                    Integration hub = gitHub(gitHub);
                    Integration mail = graph(graph)) {
                Instant start = time.now();
                hub.start();
                mail.start();
                traffic.runUntil(start.plus(Duration.ofDays(4)));
                say("Microsoft Graph drops its subscription");
                graph.drop();
                traffic.runUntil(start.plus(Duration.ofDays(7)));
                say("Microsoft Graph requests a renewal");
                graph.requestReauthorization();
                traffic.runUntil(start.plus(Duration.ofDays(9)));
                say("The secrets are rotated while webhooks are under way");
                hub.rotate();
                mail.rotate();
                traffic.runUntil(start.plus(Duration.ofDays(14)));
                hub.isChanging = false;
                mail.isChanging = false;
                traffic.runUntil(start.plus(Duration.ofDays(14)).plus(Duration.ofHours(2)));
                boolean isHubGood = hub.report();
                boolean isMailGood = mail.report();
                int left = gitHub.subscriptions() + graph.subscriptions();
                say("Subscriptions left: " + left);
                return isHubGood && isMailGood && left == 0;
            }
        }

        private Integration gitHub(GitHubStandIn service) {
            RequestTemplate list = RequestTemplate.named("Issues")
                    .get("/repos/acme/app/issues")
                    .query("state", "all")
                    .query("sort", "updated")
                    .query("direction", "asc")
                    .build();
            return new Integration(
                    "GitHub",
                    service,
                    issues,
                    subscription -> subscription
                            .preset("github")
                            .parameter("owner", "acme")
                            .parameter("repository", "app")
                            .events("issues"),
                    trigger -> trigger.poll(poll -> poll.request(list)
                                    .key("/id")
                                    .version("/updated_at")
                                    .cursor(Cursor.timestamp("/updated_at").sentAs("since"))
                                    .pagination(Pagination.linkHeader())
                                    .every(POLL_INTERVAL))
                            .payload(WebhookPayload.records("/issue"))
                            .handler(event -> issues.received(
                                    event, event.payload().path("updated_at").asText())));
        }

        private Integration graph(GraphStandIn service) {
            RequestTemplate list = RequestTemplate.named("Messages")
                    .get("/me/messages")
                    .query("$filter", "lastModifiedDateTime ge {{cursor}}")
                    .query("$orderby", "lastModifiedDateTime")
                    .build();
            RequestTemplate message = RequestTemplate.named("Message")
                    .get("/me/messages/{{record.id}}")
                    .build();
            return new Integration(
                    "Microsoft Graph",
                    service,
                    messages,
                    subscription -> subscription
                            .preset("microsoft-graph")
                            .parameter("resource", "me/messages")
                            .events("created", "updated")
                            .checkEvery(Duration.ofHours(1)),
                    trigger -> trigger.poll(poll -> poll.request(list)
                                    .records(RecordSelector.at("/value"))
                                    .key("/id")
                                    .version("/lastModifiedDateTime")
                                    .cursor(Cursor.timestamp("/lastModifiedDateTime"))
                                    .pagination(Pagination.nextUrl("/@odata.nextLink"))
                                    .every(POLL_INTERVAL))
                            .webhook(webhook -> webhook.each("/value"))
                            .payload(WebhookPayload.records("/resourceData").fetch(message))
                            .handler(event -> messages.received(
                                    event,
                                    event.payload().path("lastModifiedDateTime").asText())));
        }

        private synchronized void say(String line) {
            out.println(time.now() + "  " + line);
        }

        /** A service with its subscription and its trigger. An application calls their {@code start()} instead of these schedules. */
        private final class Integration implements AutoCloseable {

            private final String name;
            private final SubscribableStandIn service;
            private final ChangeLedger ledger;
            private final HttpConnection connection;
            /** Has the time source of the polls. Its threads are not used. */
            private final PollingEngine engine;

            private final WebhookSubscription subscription;
            private final HybridTrigger trigger;
            private boolean isChanging = true;

            Integration(
                    String name,
                    SubscribableStandIn service,
                    ChangeLedger ledger,
                    UnaryOperator<WebhookSubscriptionBuilder> subscribed,
                    UnaryOperator<HybridTriggerBuilder> triggered) {
                this.name = name;
                this.service = service;
                this.ledger = ledger;
                this.connection = HttpConnection.named(name)
                        .baseUrl(service.baseUrl())
                        .auth(CustomAuth.bearer(Secret.of("the-token")))
                        .timeSource(time)
                        .build();
                this.engine = PollingEngine.create(1, time);
                String token = WebhookRouter.newToken();
                this.subscription = subscribed
                        .apply(WebhookSubscription.named(name))
                        .connection(connection)
                        .url(router.url(token))
                        .store(store)
                        .secrets(StoredWebhookSecrets.in(tokens, "example", name))
                        .listener(new Story())
                        .timeSource(time)
                        .build();
                this.trigger = triggered
                        .apply(HybridTrigger.named(name))
                        .connection(connection)
                        .poll(poll -> poll.engine(engine).listener(new Alarm()))
                        .webhook(webhook -> webhook.subscription(subscription).timeSource(time))
                        .store(store)
                        .pollElsewhere(() -> traffic.after(Duration.ZERO, this::poll))
                        .build();
                URI unused = router.add(token, trigger);
            }

            void start() {
                poll();
                Instant due = subscription.register();
                manageAt(due);
                traffic.after(POLL_INTERVAL, this::pollRegularly);
                changeLater();
            }

            private void changeLater() {
                // Exponentially distributed.
                double factor = -Math.log(1 - random.nextDouble());
                traffic.after(Duration.ofMillis(1000 + Math.round(factor * MEAN_PAUSE_SECONDS * 1000)), () -> {
                    if (isChanging) {
                        service.change();
                        changeLater();
                    }
                });
            }

            private void poll() {
                trigger.pollOnce();
            }

            private void pollRegularly() {
                poll();
                traffic.after(POLL_INTERVAL, this::pollRegularly);
            }

            private void manageAt(Instant due) {
                Duration wait = Duration.between(time.now(), due);
                traffic.after(
                        wait.compareTo(STEP_INTERVAL) < 0 ? wait : STEP_INTERVAL,
                        () -> manageAt(subscription.manage()));
            }

            void rotate() {
                for (int i = 0; i < 5; i++) {
                    service.change();
                }
                SubscriptionStatus status = subscription.rotateSecret();
                say(name + ": " + status);
            }

            /** Stops the subscription, and prints the result. */
            boolean report() {
                poll();
                time.advance(GRACE);
                poll();
                PushStatus measured = trigger.status().webhook().orElseThrow();
                long missed = measured.missed() - measured.late();
                int actual = ledger.lost() + ledger.unsubscribed();
                say(String.format(
                        Locale.ROOT,
                        "%s: %d changes, %d with exactly one event, %d without, %d with several",
                        name,
                        ledger.changes(),
                        ledger.withEvents(1),
                        ledger.withEvents(0),
                        ledger.changes() - ledger.withEvents(0) - ledger.withEvents(1)));
                say(String.format(
                        Locale.ROOT,
                        "%s: measured loss %.2f %%: %d missed, %d of them late; actual: %d lost on the way, %d without a"
                                + " subscription",
                        name,
                        100.0 * missed / ledger.changes(),
                        measured.missed(),
                        measured.late(),
                        ledger.lost(),
                        ledger.unsubscribed()));
                say(name + ": stopped, " + subscription.stop());
                return ledger.isExact() && missed == actual;
            }

            @Override
            public void close() {
                trigger.close();
                engine.close();
                subscription.close();
                connection.close();
            }

            /** Prints what happens to the subscription, and fills gaps. */
            private final class Story implements SubscriptionListener {

                @Override
                public void onCreated(String subscriptionName, String id) {
                    say(name + ": subscribed, id " + id);
                }

                @Override
                public void onRecreated(String subscriptionName, String id, String reason) {
                    say(name + ": subscribed again, id " + id + ": " + reason);
                }

                @Override
                public void onRenewed(String subscriptionName, String id) {
                    say(name + ": renewed");
                }

                @Override
                public void onGap(String subscriptionName, String reason) {
                    trigger.reconcile();
                }

                @Override
                public void onFailure(
                        String subscriptionName, SubscriptionAction action, Exception failure, int count) {
                    say(name + ": " + failure.getMessage());
                }
            }

            /** Prints when webhooks are missing. */
            private final class Alarm implements PollingListener {

                @Override
                public void onSilence(String id, PushStatus status) {
                    say(name + ": webhooks are missing");
                }

                @Override
                public void onSilenceEnded(String id, PushStatus status) {
                    say(name + ": webhooks arrive again");
                }
            }
        }
    }
}
