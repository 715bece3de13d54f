package io.httpconnector.jdbc;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.httpconnector.auth.oauth2.TokenStore;
import java.util.Set;

@AnalyzeClasses(packages = "io.httpconnector.jdbc", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule dependsOnNoDatabaseDriver = classes()
            .should()
            .onlyDependOnClassesThat(resideInAPackage("io.httpconnector..")
                    .or(resideInAPackage("java.."))
                    .or(resideInAPackage("javax.sql"))
                    .or(resideInAPackage("com.fasterxml.jackson.databind.."))
                    .or(resideInAPackage("com.github.kagkarlsson.."))
                    .or(resideInAPackage("org.slf4j.."))
                    .or(resideInAPackage("org.jspecify..")));

    @ArchTest
    static final ArchRule onlyTokenStoresDependOnAuth = noClasses()
            .that()
            .doNotImplement(TokenStore.class)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.httpconnector.auth..");

    @ArchTest
    static final ArchRule onlyInboxesDependOnWebhooks = noClasses()
            .that()
            .haveSimpleNameNotContaining("Inbox")
            .and()
            .haveSimpleNameNotContaining("Mailbox")
            .and()
            .haveSimpleNameNotContaining("ExactlyOnce")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.httpconnector.webhook..");

    @ArchTest
    static final ArchRule storesDependOnNoScheduler = noClasses()
            .that()
            .haveSimpleNameContaining("Store")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.github.kagkarlsson..");

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
