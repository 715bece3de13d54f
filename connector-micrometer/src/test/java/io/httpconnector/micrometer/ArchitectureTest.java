package io.httpconnector.micrometer;

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

@AnalyzeClasses(packages = "io.httpconnector.micrometer", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule dependsOnNoRegistryOrTracer = classes()
            .should()
            .onlyDependOnClassesThat(resideInAPackage("io.httpconnector..")
                    .or(resideInAPackage("java.."))
                    .or(resideInAPackage("io.micrometer.common.."))
                    .or(resideInAPackage("io.micrometer.core.instrument.."))
                    .or(resideInAPackage("io.micrometer.observation.."))
                    .or(resideInAPackage("org.slf4j.."))
                    .or(resideInAPackage("org.jspecify..")));

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
