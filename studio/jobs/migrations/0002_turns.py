"""What a queue's order needs to be found quickly: long jobs are known, and who waits and who has ended are indexed."""


from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_open_session'),
        ('jobs', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='job',
            name='is_long',
            field=models.BooleanField(db_default=False, default=False, help_text='One process of its queue stays free of such work.'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(fields=['queue', 'status', 'team', 'run_at'], name='job_in_line'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(fields=['team', '-finished'], name='job_last_ended'),
        ),
    ]
