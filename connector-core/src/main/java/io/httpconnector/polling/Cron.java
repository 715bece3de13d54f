package io.httpconnector.polling;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.function.UnaryOperator;

/** A cron expression, evaluated by cron-utils. */
final class Cron {

    private final String expression;
    private final ZoneId zone;
    private final UnaryOperator<ZonedDateTime> next;

    private Cron(String expression, ZoneId zone, UnaryOperator<ZonedDateTime> next) {
        this.expression = expression;
        this.zone = zone;
        this.next = next;
    }

    static Cron parse(String expression, ZoneId zone) {
        try {
            Cron cron = new Cron(expression, zone, Times.of(expression));
            var unused = cron.after(Instant.EPOCH);
            return cron;
        } catch (NoClassDefFoundError e) {
            throw new ConnectorException(
                    "Cron schedules need the library com.cronutils:cron-utils: add it to the class path", e);
        } catch (IllegalArgumentException e) {
            throw new InvalidDefinitionException(
                    "schedule", List.of("\"" + expression + "\" is not a valid cron expression: " + e.getMessage()));
        }
    }

    Instant after(Instant time) {
        return next.apply(time.atZone(zone)).toInstant();
    }

    String expression() {
        return expression;
    }

    ZoneId zone() {
        return zone;
    }

    /** A separate class, because it can be loaded only if the library is present. */
    private static final class Times {
        static UnaryOperator<ZonedDateTime> of(String expression) {
            CronParser parser = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
            ExecutionTime times = ExecutionTime.forCron(parser.parse(expression));
            return after -> times.nextExecution(after)
                    .orElseThrow(() -> new IllegalArgumentException("the expression has no next execution time"));
        }
    }
}
