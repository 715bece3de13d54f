package io.httpconnector.webhook;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;

@AnalyzeClasses(packages = "io.httpconnector.webhook", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule receiversNeedNoWebServer = classes()
            .that()
            .resideInAnyPackage("io.httpconnector.webhook", "io.httpconnector.webhook.inbox")
            .should()
            .onlyDependOnClassesThat(resideInAPackage("io.httpconnector..")
                    .or(resideInAPackage("java.."))
                    .or(resideInAPackage("javax.crypto.."))
                    .or(resideInAPackage("javax.net.ssl"))
                    .or(resideInAPackage("com.fasterxml.jackson.."))
                    .or(resideInAPackage("com.nimbusds.."))
                    .or(resideInAPackage("org.slf4j.."))
                    .or(resideInAPackage("org.jspecify..")));

    @ArchTest
    static final ArchRule receiversDoNotKnowTheAdapters = noClasses()
            .that()
            .resideInAPackage("io.httpconnector.webhook")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.httpconnector.webhook.server..");

    @ArchTest
    static final ArchRule inboxesKnowEventsOnly = noClasses()
            .that()
            .resideInAPackage("io.httpconnector.webhook.inbox")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.httpconnector.webhook");

    private static final Set<String> CLOCKS_AND_SLEEPS = Set.of(
            "Clock.system",
            "Clock.systemDefaultZone",
            "Clock.systemUTC",
            "Instant.now",
            "LocalDate.now",
            "LocalDateTime.now",
            "LockSupport.parkNanos",
            "LockSupport.parkUntil",
            "OffsetDateTime.now",
            "System.currentTimeMillis",
            "System.nanoTime",
            "Thread.sleep",
            "TimeUnit.sleep",
            "ZonedDateTime.now");

    /** All time and waiting comes from {@code TimeSource}; locks and futures have timeouts of their own. */
    @ArchTest
    static final ArchRule timeAndWaitingArePassedIn = noClasses()
            .should()
            .accessTargetWhere(describe(
                    "reads a clock or sleeps",
                    (JavaAccess<?> access) -> CLOCKS_AND_SLEEPS.contains(
                            access.getTargetOwner().getSimpleName() + "." + access.getName())));
}
