package io.httpconnector.examples;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A stand-in for a service with records that users change, and with subscriptions to these changes. */
abstract class SubscribableStandIn extends ClockedServer {

    /** A poll returns the last version of a record only: none changes twice between two polls. */
    private static final Duration MIN_PAUSE = Duration.ofHours(2);

    private static final double CREATED = 0.2;

    final WebhookTraffic traffic;
    private final Random random;
    private final ChangeLedger ledger;
    private final List<Item> items = new ArrayList<>();

    /** A version of a record. */
    record Item(int id, int number, Instant updated) {}

    SubscribableStandIn(WebhookTraffic traffic, Random random, ChangeLedger ledger, int count) {
        super(traffic.time());
        this.traffic = traffic;
        this.random = random;
        this.ledger = ledger;
        for (int id = 1; id <= count; id++) {
            items.add(new Item(id, 1, now().minus(Duration.ofDays(1))));
        }
    }

    final Instant now() {
        return traffic.time().now().truncatedTo(ChronoUnit.SECONDS);
    }

    /** Creates or changes a record, and sends the change to all subscriptions. */
    final void change() {
        Item changed;
        synchronized (this) {
            changed = random.nextDouble() < CREATED ? null : next();
            if (changed == null) {
                changed = new Item(items.size() + 1, 1, now());
                items.add(changed);
            } else {
                items.set(changed.id - 1, changed);
            }
        }
        ledger.changed(key(changed), changed.updated.toString());
        int sent = send(changed);
        if (sent <= 0) {
            ledger.lost(sent == 0);
        }
    }

    private @Nullable Item next() {
        Item known = items.get(random.nextInt(items.size()));
        boolean isDue = !known.updated.plus(MIN_PAUSE).isAfter(now());
        return isDue ? new Item(known.id, known.number + 1, now()) : null;
    }

    /** Returns the records since an instant, the last change last. */
    final synchronized List<Item> since(Instant start) {
        return items.stream()
                .filter(item -> !item.updated.isBefore(start))
                .sorted(Comparator.comparing(Item::updated).thenComparing(Item::id))
                .toList();
    }

    final synchronized @Nullable Item find(String key) {
        return items.stream().filter(item -> key(item).equals(key)).findFirst().orElse(null);
    }

    abstract String key(Item item);

    /** Sends a change to all subscriptions; returns 1 if it is under way, 0 if it is lost, and -1 if there is no subscription. */
    abstract int send(Item item);

    /** Forgets all subscriptions without a notification. */
    abstract void drop();

    /** Returns the number of subscriptions. */
    abstract int subscriptions();
}
